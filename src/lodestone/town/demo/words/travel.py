"""Where people go: the covered bridge, the old village, the waterfall; and their cats and dogs."""

TRAVEL = """
风雨桥
* 河上的风雨桥 | The covered bridge over the river | bridge: bridge river walkers
* 桥上乘凉的人 | People resting on the bridge | bridge: bridge river walkers
* 从河边看风雨桥 | The covered bridge from the riverbank | bridge: bridge river walkers
* 三座楼的木桥 | The wooden bridge with its towers | bridge: bridge river walkers
* 走在风雨桥上的人 | People crossing the covered bridge | bridge: bridge river walkers
* 桥和它的倒影 | The bridge and its reflection | bridge: bridge river walkers
- 没有用一颗钉子 | not a single nail in it
- 河水涨了半尺 | the river has risen half a foot
- 木头的味道很好闻 | the timber smells good
- 走到对岸要八十步 | eighty steps to the other side
- 下面有人在洗菜 | somebody is washing greens below
- 老人天天来坐 | the old people come to sit every day
- 瓦是去年换的 | the tiles were replaced last year
- 桥头有一棵老枫树 | an old maple stands at its head
- 下雨也能在上面玩 | you can play on it even in the rain
- 卖豆腐的从这边过 | the tofu seller comes this way
- 修它的师傅还在 | the man who built it is still about
- 坐一会儿心就静了 | sit a while and the mind goes quiet
古寨
* 山坳里的古寨 | The old village in the fold of the hills | village: houses smoke trees
* 一层叠一层的木楼 | Wooden houses, one above the other | village: houses smoke trees
* 炊烟升起的寨子 | Smoke rising over the village | village: houses smoke trees
* 山腰上的老寨 | The old village halfway up | village: houses smoke trees
* 从对面山看寨子 | The village from the hill opposite | village: houses smoke trees
* 大枫树下的木楼 | Wooden houses under the great maple | village: houses smoke trees
- 走到顶要半个钟头 | half an hour to the top
- 只听见鸡叫 | nothing to hear but the chickens
- 每家门前都有花 | flowers before every door
- 老人邀我进去喝茶 | an old man asked me in for tea
- 雾一散就看见了 | you see it once the mist lifts
- 值得住一晚 | worth a night's stay
- 石板路有点滑 | the flagstones are a little slippery
- 最老的一栋两百年了 | the oldest house is two hundred years old
- 家家都不锁门 | nobody locks their door
- 狗叫了两声就算了 | a dog barked twice and let it be
- 寨子里还有四十户 | forty families still live here
- 走一圈鞋底都软了 | once round and your soles go soft
瀑布
* 林子深处的瀑布 | A waterfall deep in the woods | waterfall: falls pool rocks
* 两叠的瀑布 | The waterfall in two steps | waterfall: falls pool rocks
* 崖边落下来的水 | Water coming off the cliff | waterfall: falls pool rocks
* 徒步去看的瀑布 | The waterfall we walked to | waterfall: falls pool rocks
* 瀑布下面的水潭 | The pool below the falls | waterfall: falls pool rocks
* 雨后的瀑布 | The waterfall after rain | waterfall: falls pool rocks
- 水汽打湿了头发 | the spray wets your hair
- 彩虹只有几分钟 | the rainbow lasts a few minutes
- 路有点滑要小心 | take care, the path is slippery
- 吵得说不出话 | too loud to talk
- 水是青绿色的 | the water is blue-green
- 站远一点才看得全 | stand further back to see it whole
- 走进来要五公里 | five kilometres on foot to get here
- 一路上没遇到人 | met nobody on the way
- 潭边的石头能坐三个人 | the rock by the pool seats three
- 带上雨衣更好 | bring a raincoat
- 石头上全是青苔 | moss all over the rocks
- 听一会儿什么都忘了 | listen a while and you forget everything
"""
LIFE = """
猫狗
* 坐在窗边的橘猫 | The ginger cat by the window | pet: ginger_cat window
* 会开门的小猫 | The kitten that opens doors | pet: cat window
* 新捡的一只小猫 | A kitten we have just taken in | pet: cat window
* 守店的大黄狗 | The yellow dog that minds the shop | pet: yellow_dog window
* 等主人回家的狗 | A dog waiting for its people | pet: dog window
* 邻居家的小狗 | The neighbours' puppy | pet: dog window
- 一坐就是半天 | it sits there half the day
- 见谁都亲 | friendly with everybody
- 偷了一条鱼 | it stole a fish
- 跟着我走了两里路 | it followed me for a kilometre
- 名字还没有想好 | it has no name yet
- 叫它它就眨眼睛 | call it and it blinks
- 垫子是它抢来的 | it took that mat for itself
- 拍了二十张才拍好 | twenty pictures for one good one
- 吃饱了谁也不理 | once fed it minds nobody
- 客人都认得它 | every customer knows it
- 比我还准时 | it is more punctual than I am
- 来家里整三年了 | three years with us now
"""
TRADES = """
修车
* 跑乡镇的小货车 | The little truck that serves the villages | road: truck hills
* 修好上路的货车 | The truck, mended and back on the road | road: truck hills
* 下乡路上的货车 | A truck on the way to the villages | road: truck hills
* 装满货的小卡车 | The little truck, fully loaded | road: truck hills
* 换了离合的货车 | The truck with its new clutch | road: truck hills
* 试车的那段路 | The stretch for the test drive | road: truck hills
- 原来是油路堵了 | it was the fuel line after all
- 拆开一看全是泥 | full of mud inside
- 不到两百块修好 | mended for less than two hundred yuan
- 师傅教你怎么听 | the master teaches you how to listen
- 先别急着换发动机 | do not rush to replace the engine
- 记得每年换一次油 | remember to change the oil once a year
- 这条路一天跑三趟 | three runs a day on this road
- 刹车片该换了 | the brake pads are due
- 爬坡终于有劲了 | at last it pulls uphill
- 轮胎要比城里费 | tyres wear faster than in town
- 车斗是自己焊的 | the bed was welded at home
- 跑了二十万公里了 | two hundred thousand kilometres so far
木匠
* 起新房的那天 | The day the new house went up | raising: frame builders
* 立起来的木架 | The timber frame, standing | raising: frame builders
* 大家一起上梁 | Raising the beam together | raising: frame builders
* 寨里的新木楼 | A new wooden house in the village | raising: frame builders
* 榫卯搭起来的房子 | A house put together with joints alone | raising: frame builders
* 刚搭好的屋架 | The roof frame, just put up | raising: frame builders
- 没有一张图纸 | not a single drawing
- 全凭眼睛和手 | all by eye and hand
- 木屑的香味 | the smell of shavings
- 二十几个人一起立柱 | more than twenty people set the posts
- 严丝合缝 | every joint closes tight
- 用了三天 | three days of work
- 师傅爬得比猴子快 | the master climbs faster than a monkey
- 木料是五年前备的 | the timber was put by five years ago
- 中午管一顿大锅饭 | lunch for everybody from one big pot
- 梁上挂了一块红布 | a red cloth hangs from the beam
- 锤子声整个山都听见 | the whole hill hears the mallets
- 明年就能住进去 | they move in next year
支教
* 山里小学的课堂 | A lesson at the mountain school | classroom: pupils board teacher
* 孩子们的美术课 | The children's art lesson | classroom: pupils board teacher
* 教室里的新黑板 | The new blackboard in the classroom | classroom: pupils board teacher
* 抢着举手的孩子 | Children racing to put their hands up | classroom: pupils board teacher
* 黑板上画的山 | Mountains drawn on the blackboard | classroom: pupils board teacher
* 二年级的这一课 | The second form's lesson | classroom: pupils board teacher
- 每个人都抢着举手 | everyone wants to answer
- 写的作文叫我的牛 | the essay is called My Buffalo
- 一共九个学生 | nine pupils in all
- 多了六十本书 | sixty more books
- 笑得停不下来 | they cannot stop laughing
- 谢谢寄来铅笔的人 | thank you to whoever sent the pencils
- 最远的要走一个钟头 | the farthest walk an hour to school
- 下课铃是一截铁轨 | the bell is a piece of rail
- 他们问城里有没有山 | they asked if there are hills in the city
- 全班都会背这一首 | the whole class knows this one by heart
- 黑板是大家一起刷的 | we all painted the board together
- 窗外就是他们家的田 | their own fields are outside the window
看病
* 卫生室的这张桌子 | The desk at the village clinic | clinic: stethoscope medicine
* 听诊器和几样草药 | A stethoscope and some herbs | clinic: stethoscope medicine
* 下乡问诊的包 | The bag for village visits | clinic: stethoscope medicine
* 今天配的几样药 | The medicines made up today | clinic: stethoscope medicine
- 血压量了三十几个 | over thirty blood pressures taken
- 先问睡得好不好 | the first question is how you sleep
- 药要饭后吃 | take it after meals
- 都是慢性病老朋友 | mostly old friends with old complaints
- 开的药不到二十块 | the prescription came to under twenty yuan
- 走路来的最远八里 | the farthest walked four kilometres
- 打针的孩子没有哭 | the child did not cry at the needle
- 记得下个月来复查 | remember the check-up next month
- 草药是后山采的 | the herbs are from the hill behind
- 送来一篮鸡蛋没敢收 | I could not accept the basket of eggs
办事
* 窗口上的章和表 | The stamp and the forms at the counter | office: stamp papers
* 今天要盖的章 | What needs stamping today | office: stamp papers
* 办事大厅的桌面 | A desk in the service hall | office: stamp papers
* 整理好的一叠材料 | A stack of papers, sorted | office: stamp papers
- 少跑一趟是一趟 | every trip saved is a trip saved
- 材料少一张可以补 | one missing paper can come later
- 最后一个等到六点 | the last one waited till six
- 现在手机上也能办 | it can be done by phone now
- 老人来了先倒杯水 | older people get a glass of water first
- 表格我帮着填 | I help with filling in the forms
- 一上午办了四十件 | forty cases in one morning
- 印泥又干了 | the ink pad has dried out again
- 先取号不用站着等 | take a number, no need to stand
- 下乡代办是每周三 | we come to the villages on Wednesdays
"""
