"""The operator's desk calls its community as it is called in the reader's language, from the moment it is renamed."""

from tests.worlds.acts import Operator
from tests.worlds.world import opened, run

NAMES = {
    "name": "枫香县",
    "time_zone": "Asia/Shanghai",
    "translations": {"en": {"name": "Maple county"}},
}
PAGES = ["/operator", "/operator/keys", "/operator/policy"]


def test_the_header_of_every_page_names_the_community_in_the_readers_language(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = await Operator(world).arrive()
            before = (await operator.look("/operator/keys?lang=en")).text
            await world.put(
                "/v1/communities/c",
                NAMES,
                headers={"Authorization": f"Bearer {world.app.operator_key}"},
            )
            return before, {
                (path, language): (await operator.look(f"{path}?lang={language}")).text
                for language in ("en", "zh")
                for path in PAGES
            }

    before, pages = run(scenario)
    assert "<span>Maple county</span>" not in before
    for (path, language), page in pages.items():
        name = {"en": "Maple county", "zh": "枫香县"}[language]
        assert f"<span>{name}</span>" in page, (path, language)
        assert f"· {name}</title>" in page, (path, language)
