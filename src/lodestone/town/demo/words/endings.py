"""How captions end. Each post has one of them, and no post's ending is used much more often than another."""

ENDINGS = """
想你们也在 | Wish you were here
下回还来 | We will be back
记一下这个日子 | Keeping the date
有人一起吗 | Anyone want to come along
拍给大家看 | For everyone to see
真好 | So good
下次叫上你 | Next time I will bring you
认得的人举个手 | Hands up if you know it
比城里强 | Better than the city
小时候就是这样 | Just as it was when I was small
留个念想 | Something to remember it by
外地的朋友来看看 | Friends from elsewhere, come and see
不用滤镜 | No filter needed
先存着 | Saving it for later
妈妈看了说好 | Mum approves
回头再细说 | More about it another time
就这样也挺好 | Fine just as it is
懂的都懂 | Those who know, know
走过路过看一眼 | Have a look as you pass | out
有空来坐坐 | Come and sit with us some time
不来后悔 | You will be sorry to miss it
我先替你们看了 | I have looked at it for you
谁说这里没意思 | Who says there is nothing to do here
这个值得 | Worth it
明年还在这里 | Same place next year
拍得不好别笑 | Do not laugh at the photo
多谢帮忙的各位 | Thanks to all who helped
欢迎来问 | Ask me anything
排队也愿意 | Worth any queue | out
下面可以留言 | Leave a word below
家里人都说像 | The family says it looks just like it
还想再看一遍 | I could look at it again
一个人看有点可惜 | A pity to see it alone
算是没白跑 | The trip was not for nothing
看着就高兴 | It makes me happy to look at
慢慢来 | No hurry
平常日子 | An ordinary day
这才叫过日子 | This is what living is
朋友圈里没发过 | Never posted this before
存了好几年的愿望 | A wish of several years
给我点个赞就行 | A like will do
这次是真的 | It is real this time
爷爷看了一下午 | Grandpa watched the whole time
隔壁寨的别不服 | No hard feelings, neighbours
有图有真相 | Here is the proof
手都拍酸了 | My arm aches from filming
舍不得走 | I did not want to leave
谁还记得 | Who else remembers
听说下个月还有 | They say there is another next month
数了两遍 | I counted twice
不骗你 | No kidding
信号不好发了三次 | Took three tries to post, the signal is weak
还差一点点 | Nearly there
今天算圆满 | That makes the day complete
替我问声好 | Say hello from me
带上孩子来 | Bring the children | out
带上老人来 | Bring your parents | out
轮到我请客 | My treat next time
先到先得 | First come, first served | out
说走就走 | Off we went
路上慢点 | Take it slow on the road | out
一切都好 | All is well
都平平安安的 | Everyone safe and sound
老同学看过来 | Old classmates, look here
我是认真的 | I mean it
有点骄傲 | A little proud
想听听你们怎么说 | Tell me what you think
比去年好 | Better than last year
和以前一个样 | Just as it used to be
等你们回来 | Waiting for you to come home
回家的路我认得 | I know this road home
够我说一年的 | Enough to talk about for a year
这张可以当屏保 | This one is my new wallpaper
奶奶让我拍的 | Grandma told me to film it
没有白等 | Worth the wait
就缺你一个 | Only you are missing
换你你也拍 | You would have taken it too
说不上来的好 | Good in a way I cannot explain
老规矩 | The old way
今天轮到我 | My turn today
有人要学吗 | Anyone want to learn
拿去不谢 | Take it, no thanks needed
一点都不夸张 | No exaggeration
我家就在旁边 | I live right next to it
走几步就到 | A few steps from here | out
停车不要钱 | Parking is free | out
地方不大人情大 | A small place with a big heart | out
看完再走 | See it before you go
别催我在拍 | Do not rush me, I am filming
差点错过 | Nearly missed it
这回赶上了 | Made it this time
来了就不想动 | Once here, you do not want to move | out
多拍了两张 | Took two more
声音开大一点 | Turn the sound up
边走边拍 | Filmed as I walked
镜头有点抖 | A bit shaky, sorry
叫不出名字也没关系 | Never mind what it is called
这里没有外人 | Nobody is a stranger here
想家的时候看看 | For when I am homesick
存到明年再看 | To look at again next year
打个卡 | Checking in
第一次发 | My first post here
第一百条 | My hundredth post
同事都羡慕 | My colleagues are jealous
老板让我发的 | The boss asked me to post it
孩子写的这句 | The child wrote this line
不许说我老 | Nobody call me old
笑了一路 | Laughed all the way
一句话说不完 | One sentence is not enough
到点就来 | Come when it is time
先睡了明天再回 | I will answer tomorrow | h20-23
趁有太阳 | While the sun is out | h8-16 out
趁天还没黑 | Before it gets dark | h15-17 out
赶着去上班 | Off to work now | h6-8
起得早的都看到了 | Early risers saw it | h5-8
饭后散步看到的 | Seen on a walk after supper | h19-21
还没睡的举手 | Hands up if you are still awake | h22-3
冷是冷了点 | A bit cold, though | m11-2 out
手套忘了带 | Forgot my gloves | m12-2 out
晒得有点黑 | Got a bit of a tan | m6-9 out
记得带伞 | Remember an umbrella | m4-7 out
穿件外套来 | Bring a jacket | m10-12 out
风吹着刚刚好 | The breeze was just right | m4-6 out
给别人也看看 | Pass it on
问了三个人才找到 | Asked three people to find it | out
导航到不了 | The map app cannot find it | out
我表哥说的没错 | My cousin was right
赌输的请客 | The loser of the bet pays
先说到这里 | That is all for now
有机会再拍近一点 | I will get closer next time | out
主角是后面那个 | The one behind is the star | out
猜猜是哪里 | Guess where this is | out
全靠大家 | All thanks to everyone | out
以后会更好 | It will get better still
我奶奶也会 | My grandma can do this too
不要学我 | Do not copy me
手机快没电了 | My battery is nearly gone
内存不够了 | My phone is full
拍完就跑 | Took it and ran
没敢大声说 | I did not dare say it aloud
老地方见 | See you at the usual place | out
算我一个 | Count me in
人到齐了 | Everyone is here | out
谁也不许抢 | No fighting over it
这是秘密基地 | This is our secret spot | out
今天就服这个 | Hats off to this one
把这一刻留住 | Holding on to this moment
我看行 | Looks good to me
挑不出毛病 | Cannot fault it
闭着眼都认得 | I would know it with my eyes shut
看着看着就笑了 | I caught myself smiling
替爸妈发的 | Posted for my parents
住得近就是好 | The good of living close by
一公里都不到 | Not even a kilometre away | out
自己人 | One of us
我站在最后一排 | I am standing in the back row | out
和你们说个好消息 | Some good news for you
大家都在笑 | Everyone was laughing | out
没有谁是多余的 | Nobody here is one too many | out
今天值得加个菜 | Today deserves an extra dish
照片不如现场 | The photo does not do it justice
有点想哭 | It nearly made me cry
多年以后再看 | To be looked at again in many years
就当是请柬 | Take this as an invitation
我只负责看 | I just do the watching
老了也要这样 | This is how I want to grow old
不比谁差 | As good as anywhere
"""
