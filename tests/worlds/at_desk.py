"""Somebody at a desk in a browser, whichever desk it is: logs in, opens pages, sends their forms."""

import re

from tests.pages.test_login import TOKEN, Browser

REQUEST = re.compile(r'name="request" value="([^"]+)"')


class AtDesk(Browser):
    """Somebody with a key that opens the desk under `desk`."""

    desk = ""

    async def enter(self, key):
        """Fill the login form in."""
        form = (await self.ask("GET", f"{self.desk}/login")).text
        return await self.ask("POST", f"{self.desk}/login", {"key": key, "token": TOKEN.search(form).group(1)})  # fmt: skip

    async def open(self, path=None):
        """Open a page and keep what its forms carry."""
        path = path or self.desk
        page = await self.ask("GET", path)
        assert page.status_code == 200, (path, page.status_code, page.text[-400:])
        self.form = {"token": TOKEN.search(page.text).group(1)}
        return page.text

    async def send(self, path, **fields):
        """Send a form and follow where it leads."""
        answer = await self.ask("POST", path, {**self.form, **fields})
        if answer.status_code == 303:
            self.led_to = answer.headers["location"]
            answer = await self.ask("GET", self.led_to)
        return answer
