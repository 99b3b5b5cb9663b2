"""What hands make: embroidery, batik, silver."""

CRAFTS = """
刺绣
* 绷子上的一朵花 | A flower on the embroidery hoop | embroidery: hoop flower silk
* 奶奶传下来的花样 | A pattern handed down from grandma | embroidery: hoop flower silk
* 绣到一半的围腰 | An apron panel, half embroidered | embroidery: hoop flower silk
* 破线绣的花心 | The heart of a flower in split silk | embroidery: hoop flower silk
* 给新娘绣的花片 | A flower panel for a bride | embroidery: hoop flower silk
* 刚绷好的绣片 | A piece freshly stretched on the hoop | embroidery: hoop flower silk
- 一根丝线分成十六股 | one thread is split into sixteen
- 针脚细得看不见 | the stitches are too fine to see
- 颜色是自己配的 | I chose the colours myself
- 灯下绣了好几晚 | several evenings under the lamp
- 每一针都有名字 | every stitch has a name
- 打算送去展览 | it is going to an exhibition
- 绣了三个月 | three months of work
- 背面和正面一样齐 | the back is as neat as the front
- 线是昨天新染的 | the silk was dyed yesterday
- 奶奶说还差得远 | grandma says there is a long way to go
- 眼睛累了就看看山 | when my eyes tire I look at the hills
- 跟着学的有六个人 | six people are learning it with me
蜡染
* 晾在院子里的蓝布 | Indigo cloth drying in the yard | batik: cloth vat
* 刚出缸的蜡染布 | Batik fresh out of the vat | batik: cloth vat
* 一整匹靛蓝 | A whole length of indigo | batik: cloth vat
* 蓝靛缸和几块布 | The indigo vat and a few lengths of cloth | batik: cloth vat
* 画了花鸟的蜡染 | Batik with flowers and birds | batik: cloth vat
* 挂了一院子的布 | A yard hung full of cloth | batik: cloth vat
- 裂纹每一块都不同 | no two pieces crackle alike
- 要染七八遍才够深 | it takes seven or eight dips to go this deep
- 手指都是蓝的 | my fingers are blue
- 靛是自己种的 | we grow the indigo ourselves
- 太阳下特别好看 | it looks best in the sun
- 打算做一条长裙 | it will become a long skirt
- 蜡要趁热画 | the wax has to be drawn hot
- 一阵风全飘起来 | one gust and it all takes off
- 布是自家织的 | the cloth is our own weaving
- 缸要养好几年 | a vat takes years to come right
- 洗过三遍不掉色 | three washes and it still holds
- 学徒染的也不差 | the apprentice's are not bad either
银饰
* 一顶新的银冠 | A new silver crown | silver: crown horns bells
* 刚擦亮的银角 | Silver horns, just polished | silver: crown horns bells
* 过节要戴的银冠 | The silver crown for the festival | silver: crown horns bells
* 老银匠打的银冠 | A crown by the old silversmith | silver: crown horns bells
* 给女儿打的银冠 | A silver crown made for a daughter | silver: crown horns bells
* 柜台上的银冠和手圈 | A crown and bangles on the counter | silver: crown horns bells bangles
- 叮叮当当响了一天 | hammering all day long
- 花纹是一点点錾出来的 | the pattern is chased bit by bit
- 重了足足二两 | a full two liang heavier
- 火要看准颜色 | you judge the fire by its colour
- 三代人都做这个 | three generations have done this
- 可以来店里看 | come and see it at the shop
- 走一步响一下 | it rings with every step
- 一只角就打了四天 | one horn alone took four days
- 纹样是蝴蝶妈妈 | the pattern is the Butterfly Mother
- 碎银一点都不浪费 | not a crumb of silver is wasted
- 戴久了会发亮 | wearing it makes it shine
- 比上一顶轻巧 | lighter than the last one
"""
