"""What shops of the demo sell. A line: good, its English name, scene and parts, price in yuan, ways, and what else.

Ways: `eat` at the shop or to take away, `take` also delivered, `do` at the shop alone, `come` at the buyer's or the shop.
Then: `large=98` a larger one and its price, `times=10` how often a unit is redeemed, `nightly` sold by the date.
"""

GOODS = """
酸汤鱼 酸汤馆 Sour-soup House
酸汤鱼一份 | Sour-soup fish for one | fish_pot: pot fish dishes | 68 eat large=98
酸汤底料一瓶 | A bottle of sour-soup base | goods: bottle | 18 take
四人鱼火锅 | Fish hotpot for four | fish_pot: pot fish dishes | 168 do
米粉 粉店 Noodle Shop
羊肉粉一碗 | A bowl of mutton noodles | noodles: bowl noodles meat | 14 eat large=18
牛肉粉一碗 | A bowl of beef noodles | noodles: bowl noodles meat | 13 eat large=17
十次早餐卡 | A card for ten breakfasts | noodles: bowl noodles egg | 110 do times=10
茶山 茶铺 Tea House
高山绿茶半斤 | Mountain green tea, 250 g | goods: caddy | 180 take
野红茶一罐 | A caddy of wild black tea | goods: caddy | 88 take
茶山走半日 | Half a day on the tea hills | tea: tea_rows | 60 do
刺绣 绣坊 Embroidery Studio
绣片一幅 | An embroidered panel | embroidery: hoop flower silk | 260 take
绣花背包 | An embroidered backpack | goods: backpack | 158 take
学绣一下午 | An afternoon of embroidery | embroidery: hoop flower silk | 80 do
蜡染 染坊 Dye House
蜡染围巾 | A batik scarf | goods: scarf | 96 take
蓝染桌布 | An indigo tablecloth | goods: tablecloth | 138 take
染一块自己的布 | Dye a cloth of your own | batik: cloth vat | 58 do
银饰 银铺 Silversmith
银手镯一只 | A silver bangle | goods: bangle | 680 take
银耳环一对 | A pair of silver earrings | goods: earrings | 220 take
亲手打一枚戒指 | Make a ring with your own hands | goods: ring | 199 do
养蜂 蜂蜜店 Honey Shop
野蜜一斤 | Wild honey, 500 g | goods: jar | 75 take
巢蜜一盒 | A box of comb honey | goods: comb_honey | 48 take
两瓶花蜜 | Two jars of blossom honey | goods: jar | 56 take
木匠 木作 Woodwork
手工板凳 | A handmade stool | goods: stool | 120 take
榫卯小盒 | A small dovetailed box | goods: box | 85 take
木梳一把 | A wooden comb | goods: comb | 39 take
古寨 客栈 Inn
山景房一晚 | A night in a room with a view | village: houses smoke trees | 268 do nightly
双人房带早饭 | A double room with breakfast | village: houses smoke trees | 198 do nightly
寨子里的晚饭 | Dinner in the village | village: houses smoke trees | 66 do
修车 修理铺 Repair Shop
货车保养 | A service for your truck | road: truck hills | 90 do
换一对轮胎 | A pair of new tyres | goods: tyres | 240 do
上门补胎 | A puncture mended where you are | goods: tyres | 30 come
糍粑 粑粑店 Rice-cake Shop
红糖糍粑一盒 | A box of rice cakes with brown sugar | rice_cakes: cakes tray brown_sugar | 22 eat large=38
黄豆粑十个 | Ten rice cakes in soybean flour | rice_cakes: cakes tray soybean_flour | 20 eat
现打糯米粑 | Rice cakes pounded to order | rice_cakes: cakes tray | 12 eat
梯田 米行 Rice Merchant
新米十斤 | New rice, 5 kg | goods: rice_sack | 55 take
红米一袋 | A sack of red rice | goods: rice_sack | 38 take
糯米五斤 | Sticky rice, 2.5 kg | goods: rice_sack | 32 take
"""
OFFERS = """
eat 现做现卖，买好再来不用等 | Made to order: buy first, then no waiting
eat 堂食打包都可以 | Eat here or take it away
eat 出示券码就能取 | Show the code and it is yours
eat 中午人多，线上买快一些 | Busy at noon, quicker when bought here
eat 食材都是当天买的 | All bought fresh the same day
eat 做了十几年的老味道 | The same taste for over ten years
take 到店拿，或者送到十公里以内 | Collect it, or have it brought within ten kilometres
take 自家做的，数量不多 | Made at home, and not many
take 包装好了，送人也合适 | Packed well, good as a present too
take 当天下单当天送 | Ordered today, delivered today
take 满意了再来 | Come again if you like it
take 店里还有样品可以看 | There are samples to see at the shop
do 线上买好，来了出示券码就行 | Buy here, then just show the code
do 周末人多，最好先打电话 | Weekends are busy, best call first
do 一家人来也坐得下 | There is room for the whole family
do 老板自己带 | The owner takes care of you in person
do 走进来都是熟人 | Everybody who comes in is a friend
do 路不好找，到了给店里打电话 | Hard to find: call the shop when you are near
come 电话打来就出门 | One call and we are on our way
come 十公里以内都上门 | We come to you within ten kilometres
come 修不好不收钱 | Nothing to pay if it cannot be mended
come 晚上也有人 | Somebody is here in the evening too
"""
