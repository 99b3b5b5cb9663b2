"""What grows and is kept: tea, terraces, bees, rapeseed. What is said of it goes by the month."""

LAND = """
茶山
* 清明前的茶芽 | Tea buds before Qingming | tea: tea_rows pickers | m3-4
* 采茶的人们 | People picking tea | tea: tea_rows pickers | m3-5
* 采秋茶的一天 | A day of picking autumn tea | tea: tea_rows pickers | m8-10
* 给茶树松土的人 | Loosening the soil between the tea rows | tea: tea_rows pickers | m11-2
* 云雾里的茶园 | The tea garden in the mist | tea: tea_rows
* 山顶那片老茶树 | The old tea bushes at the top of the hill | tea: tea_rows
* 一垄一垄的茶树 | Tea bushes, row after row | tea: tea_rows
* 修剪过的茶山 | The tea hills after pruning | tea: tea_rows | m5-7 m11-12
- 一垄就要走半个钟头 | a single row takes half an hour to walk
- 满手都是清香 | my hands smell of it
- 雨刚停就上山了 | up the hill as soon as the rain stopped
- 雾散得比往常慢 | the mist is slow to lift
- 泡开是嫩绿的 | it opens light green in the cup
- 爷爷那辈种下的 | planted in my grandfather's day
- 站在这里能看见县城 | you can see the town from here
- 山里比县城冷三度 | three degrees colder than in town
- 今年的树势不错 | the bushes look strong this year
- 走累了就坐田埂上 | when you tire you sit on the bank
- 一年就忙这一片山 | this hill is our whole year
- 风里有茶叶味 | the wind smells of leaves
梯田
* 灌了水的梯田 | Terraces filled with water | terraces: fields water farmers | m4-5
* 插秧那几天的田坝 | The fields during rice planting | terraces: fields water farmers | m5-6
* 山腰上的绿稻田 | Green rice halfway up the hill | terraces: fields rice farmers | m6-8
* 抽穗的稻田 | Rice coming into ear | terraces: fields rice farmers | m7-8
* 快要黄透的梯田 | Terraces about to turn gold | terraces: fields ripe farmers | m9-9
* 收谷子的一天 | Harvest day | terraces: fields ripe farmers | m9-10
* 蓄着水过冬的梯田 | Terraces holding water through the winter | terraces: fields water | m11-3
* 收完谷子的梯田 | Terraces after the harvest | terraces: fields stubble | m10-12
* 冬天翻过的田 | Fields turned over for the winter | terraces: fields stubble | m12-3
* 天没亮透的梯田 | The terraces in early spring | terraces: fields water | m2-4
* 七月的田埂 | The field banks in July | terraces: fields rice | m7-7
- 一层一层一直到山脚 | step after step down to the foot of the hill
- 从这边看最整齐 | from this side they line up best
- 田埂上坐着吃午饭 | lunch on the field bank
- 爷爷说他修过这道埂 | grandpa says he built this very bank
- 白鹭站了一排 | a row of egrets stood there
- 走一圈要一个下午 | once round takes an afternoon
- 寨子就在田上面 | the village sits right above
- 水是从后山引来的 | the water comes from the hill behind
- 风从谷底吹上来 | the wind comes up from the valley
- 一家人只种这十几层 | one family farms a dozen of these steps
- 鞋上全是泥 | mud all over my shoes
- 今年雨水刚刚好 | just enough rain this year
养蜂
* 花坡上的蜂箱 | Beehives on the flowering slope | hives: hives bees flowers | m3-10
* 分蜂的那天 | The day the bees swarmed | hives: hives bees flowers | m4-6
* 割蜜的下午 | An afternoon taking honey | hives: hives bees flowers | m5-10
* 山里的几箱土蜂 | A few hives of mountain bees | hives: hives bees flowers | m3-10
* 过冬的蜂箱 | Hives set up for the winter | hives: hives | m11-2
* 裹了草帘的蜂箱 | Hives wrapped for the cold | hives: hives | m11-2
* 山坡上安静的蜂场 | The bee yard on the slope, quiet now | hives: hives | m11-2
- 一点都不怕蜇 | not a bit afraid of being stung
- 一年只取一次 | honey is taken once a year
- 颜色像琥珀 | it is the colour of amber
- 熊来过一回 | a bear came by once
- 甜得有点花香 | sweet with a touch of blossom
- 还剩十几斤 | a dozen jin left
- 箱子是爸爸自己钉的 | dad nailed the boxes himself
- 离寨子要走四十分钟 | a forty-minute walk from the village
- 听声音就知道好不好 | you can hear whether they are well
- 不能穿深色衣服去 | never go in dark clothes
- 一箱养了六年 | one of them is six years old
- 先给它们留够吃的 | we leave them enough to eat first
油菜花
* 田坝里一片黄 | Yellow from one end of the fields to the other | rapeseed: blossom path walkers | m3-4
* 三月的油菜花 | Rapeseed in March | rapeseed: blossom path walkers | m3-3
* 花田里的木屋 | Wooden houses in the blossom | rapeseed: blossom path walkers | m3-4
* 刚冒头的油菜苗 | Rapeseed seedlings just up | rapeseed: seedlings path walkers | m10-11
* 冬天里的油菜田 | The rapeseed fields in winter | rapeseed: seedlings path walkers | m11-2
* 绿了一冬的田坝 | Fields that stay green all winter | rapeseed: seedlings path walkers | m11-2
* 收完菜籽的田 | The fields after the rapeseed harvest | rapeseed: straw path walkers | m5-9
* 等着下种的田坝 | Fields waiting to be sown | rapeseed: straw path walkers | m6-10
* 晒菜籽秆的田坝 | Rapeseed straw drying in the fields | rapeseed: straw path walkers | m5-8
- 从坡上看最好 | best seen from the slope
- 风一吹像浪 | it moves like waves in the wind
- 拍照不要踩到田里 | please do not step into the field for a photo
- 小路一直通到河边 | the path runs all the way to the river
- 走在中间听不见车 | in the middle you hear no cars
- 这片田是五家人的 | five families share these fields
- 榨出来的油够吃一年 | it gives us oil for a year
- 孩子们在田埂上跑 | children run along the banks
- 泥巴还是湿的 | the earth is still wet
- 远处就是老寨子 | the old village is just behind
- 每年都来看一回 | we come to look every year
- 骑车过来二十分钟 | twenty minutes by bike
"""
