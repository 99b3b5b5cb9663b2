"""What people eat: sour-soup fish, rice noodles, rice cakes, and the night market by the river."""

FOOD = """
酸汤鱼
* 刚端上桌的红酸汤鱼 | A pot of red sour-soup fish, just set on the table | fish_pot: pot fish dishes
* 外婆的酸汤锅 | Grandma's sour-soup pot with a whole fish in it | fish_pot: pot fish dishes
* 火塘边的一锅鱼 | A pot of fish by the hearth | fish_pot: pot fish dishes
* 河里现捞的鲤鱼下了锅 | A carp from the river, straight into the pot | fish_pot: pot fish dishes
* 四个人的鱼火锅 | Fish hotpot for four | fish_pot: pot fish dishes
* 加了木姜子的酸汤鱼 | Sour-soup fish with mountain pepper | fish_pot: pot fish dishes
- 汤色红亮得很 | the broth is as red as it gets
- 咬一口又酸又鲜 | sour and fresh with every bite
- 蘸水要放木姜子 | the dip needs mountain pepper
- 配一碗白米饭刚好 | all it needs is a bowl of rice
- 香味飘了半条街 | you can smell it halfway down the street
- 小火慢慢咕嘟 | bubbling away on a low flame
- 酸汤是自家坛子里发的 | the sour stock comes from our own jar
- 鱼肉一夹就散 | the fish falls apart under the chopsticks
- 汤要先熬一个钟头 | the broth cooks for an hour first
- 最后撒一把鱼香菜 | a handful of mint goes in last
- 吃到鼻尖冒汗 | it brings sweat to the tip of your nose
- 锅底还能再煮一把面 | the last of it still cooks a handful of noodles
米粉
* 西门口的羊肉粉 | Mutton rice noodles at the West Gate | noodles: bowl noodles meat
* 巷子里的牛肉粉 | Beef rice noodles from the alley | noodles: bowl noodles meat
* 车站旁的鸡蛋素粉 | Plain noodles with an egg, by the bus station | noodles: bowl noodles egg
* 加了卤蛋的牛肉粉 | Beef noodles with a braised egg | noodles: bowl noodles meat egg
* 学校后门的蛋粉 | Egg noodles from behind the school | noodles: bowl noodles egg
* 老店的头锅粉 | The first bowl of the day at the old shop | noodles: bowl noodles meat egg
- 老板又多给一勺汤 | the owner gave me an extra ladle of broth
- 辣椒是自己舂的 | the chilli is pounded by hand
- 排了二十分钟的队 | twenty minutes in the queue
- 汤底熬了一夜 | the stock simmered all night
- 十来块钱吃到饱 | full for little more than ten yuan
- 粉要先烫三道 | the noodles are blanched three times
- 葱花要多才香 | it wants plenty of spring onion
- 一碗下去人就醒了 | one bowl and you are awake
- 酸菜是免费加的 | pickles are free to add
- 筷子一挑热气全上来 | lift the chopsticks and the steam comes up
- 离家的人最想这一口 | this is what people miss when they leave
- 老板二十年没换过味道 | the taste has not changed in twenty years
糍粑
* 刚打好的糍粑 | Rice cakes, freshly pounded | rice_cakes: cakes tray
* 赶场天的糯米粑 | Sticky rice cakes on market day | rice_cakes: cakes tray
* 黄豆面裹的糍粑 | Rice cakes rolled in soybean flour | rice_cakes: cakes tray soybean_flour
* 蘸红糖的糍粑 | Rice cakes with brown sugar | rice_cakes: cakes tray brown_sugar
* 一簸箕的糯米粑 | A whole tray of sticky rice cakes | rice_cakes: cakes tray
* 邻居送来的糍粑 | Rice cakes a neighbour brought over | rice_cakes: cakes tray
- 两个人轮流抡木槌 | two people took turns with the mallet
- 拉出来有半米长 | you can pull it half a metre long
- 糯米泡了一整夜 | the rice soaked overnight
- 邻居们都来搭手 | all the neighbours lent a hand
- 趁热才好吃 | best while it is warm
- 带一袋回城 | a bagful goes back to the city with us
- 外面焦里面软 | crisp outside and soft within
- 孩子们等在锅边 | the children wait beside the pan
- 手上要抹点茶油 | a little tea oil on the hands keeps it from sticking
- 一口一个停不下来 | one bite each and no stopping
- 用的是今年的新糯米 | made from this year's sticky rice | m9-12
- 凉了就切片烤 | once cold, slice it and toast it
夜市
* 河边的夜市 | The night market by the river | night_market: stalls lanterns river
* 夜市第三家烧烤 | The third barbecue stall at the night market | night_market: stalls lanterns river
* 灯笼下的小吃摊 | Snack stalls under the lanterns | night_market: stalls lanterns river
* 收摊前的夜市 | The night market just before closing | night_market: stalls lanterns river
* 新开的糖水摊 | A new stall for sweet soup | night_market: stalls lanterns river
* 一整条街的灯 | A whole street of lights | night_market: stalls lanterns river
- 烤小肠要先卤 | the sausage is braised before it is grilled
- 老板记得我不吃葱 | the owner remembers I take no spring onion
- 排队的人绕了个弯 | the queue goes round the corner
- 灯一串一串的 | string after string of lights
- 吃完沿河走回家 | we walked home along the river afterwards
- 一个人来也不冷清 | nobody is lonely here, even alone
- 河里全是灯的影子 | the river is full of lights
- 烤豆腐外脆里嫩 | grilled tofu, crisp outside and soft inside
- 三个人点了一桌 | three of us ordered a whole table
- 老板说卖完就收 | the owner packs up when it is all sold
- 都是认识的脸 | every face is one I know
- 风里有孜然味 | cumin on the wind
"""
