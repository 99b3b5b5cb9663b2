"""How captions begin and end, whatever they are about. A line: Chinese, English and, if it has one, its hour or month."""

OPENINGS = """
随手一拍 | A quick snap
路过看见 | Seen in passing
朋友推荐的 | A friend told me about it
没想到 | Did not expect this
又来了一趟 | Back again
跟着爸妈来的 | Came with my parents
说好要拍给大家看的 | I promised to show you this
忍不住要记下来 | Had to keep this
好久没有发了 | It has been a while
一家人都在 | The whole family is here
手机里翻出来的 | Found on my phone
给外地的亲戚看看 | For our relatives far away
被同事拉来的 | A colleague dragged me along
今天的一点小事 | A small thing from today
不会写，看图吧 | No words, just look
记一笔 | A note
孩子非要来 | The children insisted
顺路 | On the way
"""
TIMES = """
天刚亮 | At first light | h5-6
一大早 | Early this morning | h6-8
早饭过后 | After breakfast | h7-9
上午 | This morning | h9-11
快到中午 | Just before noon | h11-11
中午 | At noon | h12-13
午后 | Early in the afternoon | h13-15
下午 | This afternoon | h14-16
快收工的时候 | Near the end of the working day | h16-17
傍晚 | At dusk | h17-18
天刚黑 | Just after dark | h19-19
晚饭以后 | After supper | h19-20
夜里 | At night | h21-23
今晚 | Tonight | h19-23
半夜 | In the middle of the night | h0-3
天没亮 | Before dawn | h4-5
"""
EARLIER_DAY = """
白天拍的 | Taken during the day
今天早些时候 | Earlier today
"""
EARLIER_NIGHT = """
昨晚 | Last night
昨天夜里 | Late yesterday evening
"""
SEASONS = """
开春了 | Spring is here | m3-3
雨水多的四月 | A rainy April | m4-4
立夏前后 | Around the start of summer | m5-5
天热起来了 | It is getting hot | m6-6
三伏天 | The hottest days of the year | m7-8
入秋了 | Autumn has come | m9-9
十月里 | October | m10-10
天凉下来了 | The days are turning cool | m10-11
入冬了 | Winter is here | m11-12
冬月里 | Deep in winter | m12-1
快过年了 | The New Year is near | m1-2
正月前后 | Around the first month | m2-2
"""
