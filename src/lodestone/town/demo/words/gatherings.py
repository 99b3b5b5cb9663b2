"""Where people come together: market day, bull fights, village football, reed pipes, song, dance."""

GATHERINGS = """
赶场
* 今天的赶场天 | Market day today | market: stalls baskets crowd
* 卖辣椒的摊子 | The chilli stalls | market: stalls baskets crowd chillies
* 一排菜摊 | A row of vegetable stalls | market: stalls baskets crowd greens
* 街口的果子摊 | The fruit stalls at the corner | market: stalls baskets crowd oranges
* 竹篮摆了一路 | Baskets all along the road | market: stalls baskets crowd
* 开市不久的场坝 | The market square just after opening | market: stalls baskets crowd
- 人挤人走不动 | you can hardly move
- 讲价讲了半天 | half the time went on bargaining
- 篮子里什么都有 | there is everything in the baskets
- 七点钟就开市了 | it opens at seven
- 买到了去年那种 | found the same kind as last year
- 小孩子只要糖 | the children only want sweets
- 碰见三个老同学 | ran into three old classmates
- 称都是高高的 | the scales are always generous
- 下一场是五天以后 | the next one is in five days
- 卖完就收摊回家 | they go home once it is sold
- 从隔壁县来的也不少 | quite a few came from the next county
- 背了满满一筐回来 | came home with a full basket
斗牛
* 坡上的斗牛 | Bull fighting on the hillside | bull: buffalo crowd flags
* 今年的牛王 | This year's champion buffalo | bull: buffalo crowd flags
* 披红的大水牯 | The big buffalo in its red blanket | bull: buffalo crowd flags
* 隔壁寨的牛 | The buffalo from the next village | bull: buffalo crowd flags
* 决赛前的牛场 | The bull ring before the final | bull: buffalo crowd flags
* 第一次上场的牛 | A buffalo at its first fight | bull: buffalo crowd flags
- 全场的人都站起来 | everybody stood up
- 一头就把对手顶退了 | one push and the other one backed off
- 鼓声没有停过 | the drums never stopped
- 牛角上系着红花 | a red flower tied to its horns
- 养了六年才上场 | six years of raising before its first fight
- 赢的是一面大旗 | the prize is a great flag
- 主人比牛还紧张 | the owner is more nervous than the buffalo
- 坡上坐了几千人 | thousands of people on the slope
- 每天要喂三次 | it is fed three times a day
- 输了也牵着走一圈 | the loser is led round the ring too
- 老人们看得最认真 | the old men watch the closest
- 旗子在风里响 | the flags crack in the wind
村超
* 村里的足球赛 | Football in the village | football: players goal ball stand
* 我们寨的球队 | Our village team | football: players goal ball stand
* 替补上场的阿弟 | My little brother comes on as a substitute | football: players goal ball stand
* 决赛的下半场 | The second half of the final | football: players goal ball stand
* 第一场友谊赛 | The first friendly | football: players goal ball stand
* 看台坐满的一场球 | A match with a full stand | football: players goal ball stand
- 看台坐满了人 | not a free seat in the stand
- 最后一分钟进了球 | a goal in the last minute
- 守门员是卖肉的师傅 | the goalkeeper is the butcher
- 输了也笑着合影 | even the losers smiled for the photo
- 奖品是一头猪 | the prize is a pig
- 嗓子都喊哑了 | we shouted ourselves hoarse
- 后卫是我的数学老师 | the defender is my maths teacher
- 门票是不要钱的 | it costs nothing to get in
- 十号跑得最快 | number ten is the fastest
- 半场打成平手 | level at half time
- 鞋跑掉了一只 | somebody ran out of a shoe
- 全寨的车都停在路边 | every car of the village is parked outside
芦笙
* 火堆边的芦笙 | Reed pipes around the fire | pipes: players reed_pipes fire
* 围着火跳的芦笙舞 | Reed-pipe dancing around the fire | pipes: players reed_pipes fire
* 十几支芦笙一起响 | A dozen reed pipes at once | pipes: players reed_pipes fire
* 晚上的踩堂 | The evening's circle dance | pipes: players reed_pipes fire
* 寨门前的芦笙坪 | The pipers' ground before the village gate | pipes: players reed_pipes fire
* 练芦笙的年轻人 | Young people practising reed pipes | pipes: players reed_pipes fire
- 脚步跟着低音走 | feet follow the bass
- 吹完脸都红了 | every face is red afterwards
- 竹子要选三年的 | the bamboo has to be three years old
- 整条街都停下来听 | the whole street stopped to listen
- 最小的才六岁 | the youngest is six
- 火一直烧到散场 | the fire burned till the end
- 隔着河都听得见 | you can hear it across the river
- 跟着转就会了 | walk round with them and you learn it
- 老师傅在旁边打拍子 | the old master beats time beside them
- 谁都可以进来跳 | anyone may join in
- 火星飞得比屋顶高 | sparks higher than the roofs
- 新做的那支音最准 | the new one is best in tune
侗歌
* 鼓楼前的大歌 | Singing before the drum tower | drum_tower: tower singers
* 没有指挥的合唱 | A choir without a conductor | drum_tower: tower singers
* 学会了一首蝉歌 | We have learned the cicada song | drum_tower: tower singers
* 老人们唱的古歌 | The old people's old songs | drum_tower: tower singers
* 戴着银冠的歌队 | The singers in their silver crowns | drum_tower: tower singers crowns
* 鼓楼下站成一排的人 | A row of singers under the drum tower | drum_tower: tower singers
- 高音像从山里来 | the high voices seem to come from the hills
- 一个声部都没有乱 | not one part went astray
- 录下来给你们听 | recorded it for you
- 唱完还不想走 | nobody wanted to leave afterwards
- 歌词讲的是河 | the words are about the river
- 孩子们也跟着和 | the children join in
- 一开口全场都静了 | everyone fell silent at the first note
- 练了一个冬天的歌 | a song practised for a whole winter
- 没有一个人看歌词 | nobody needs the words
- 鼓楼把声音拢住了 | the tower holds the sound together
- 外婆以前也是歌队的 | my grandma used to sing with them
- 学一首要两个月 | one song takes two months to learn
广场舞
* 广场上的舞队 | The dancers on the square | dance: dancers lights
* 新学的一支舞 | A newly learned dance | dance: dancers lights
* 妈妈的舞队 | My mother's dance group | dance: dancers lights
* 比赛前的排练 | The rehearsal before the contest | dance: dancers lights
* 彩灯下的广场舞 | Square dancing under the lights | dance: dancers lights
* 站成三排的阿姨们 | The aunties in three rows | dance: dancers lights
- 音响刚修好 | the speakers have just been mended
- 领舞的阿姨七十了 | the lead dancer is seventy
- 动作终于齐了 | at last everyone moves together
- 跳完一身汗 | soaked by the end
- 周末要去县里比赛 | there is a contest at the weekend
- 欢迎来加入 | newcomers are welcome
- 后排是跟着学的 | the back row is still learning
- 换了一首快的 | they switched to a fast one
- 小朋友在旁边学样 | the children copy them at the side
- 一晚上走了八千步 | eight thousand steps in one evening
- 爸爸负责看包 | dad looks after the bags
- 邻居从窗口看 | the neighbours watch from their windows
"""
