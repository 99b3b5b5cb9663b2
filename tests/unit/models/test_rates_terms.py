"""Why in terms: they sum to what the compiled predictor adds up, and what each is worth is what the value loses without it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import OUTCOME_COUNT, DomainKind
from lodestone.models import rates, taste
from lodestone.models.alike import AlikeModel
from lodestone.models.ports import PredictionQuery
from lodestone.models.rates_terms import Term, terms_of, worth_of
from lodestone.traffic.prices import chances_of
from tests.unit.models.test_rates import a_community

ROWS = np.arange(20, dtype=np.int32)
LEARNED = AlikeModel(
    version=2, offset=9, method="cooccurrence", weights=tuple(np.linspace(-1, 3, OUTCOME_COUNT).tolist()),
    popular_weight=0.7, item_weight=0.2,
)  # fmt: skip


@given(
    facts=st.integers(0, 500), seed=st.integers(0, 50), person=st.integers(-1, 5),
    surface=st.integers(0, 4), learned=st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_terms_sum_to_what_the_compiled_predictor_adds_up(facts, seed, person, surface, learned):
    state, chance = a_community(facts, seed), np.random.default_rng(seed)
    state.items["language"][:20], state.people["language"][:6] = (
        np.arange(20) % 4 - 1,
        np.arange(6) % 3 - 1,
    )
    model = rates.RatesModel(
        weights=tuple(map(tuple, chance.normal(size=(OUTCOME_COUNT, len(rates.FEATURES))).tolist()))
    )
    predictor = rates.Rates(model, alike=LEARNED if learned else None)
    asked = PredictionQuery(
        person, surface, taste.viewer_vector(state, person),
        kind=chance.choice(list(DomainKind), ROWS.size).astype(np.uint8),
        now=state.today * 86_400_000_000, alike=chance.random((3, ROWS.size)) if learned else None,
    )  # fmt: skip

    total = np.sum([term.logit for term in terms_of(predictor, state, asked, ROWS)], axis=0)

    chances = 1 / (1 + np.exp(-np.clip(total, -30, 30)))
    told = chances_of(predictor.chances(state, asked, ROWS))
    # A receipt holds chances in sixteen bits: 8 of them are digits.
    np.testing.assert_allclose(told, chances, rtol=2**-8)


def test_what_a_term_is_worth_is_what_the_value_loses_without_it():
    worths, scale = np.linspace(-500, 1000, OUTCOME_COUNT), np.full(OUTCOME_COUNT, 1.5)
    chance = np.random.default_rng(3)
    terms = [Term(str(n), chance.normal(size=(4, OUTCOME_COUNT))) for n in range(3)]

    def value(kept):
        total = np.sum([term.logit for term in kept], axis=0)
        return (1 / (1 + np.exp(-(scale * total + 0.2)))) @ worths

    chances = 1 / (1 + np.exp(-(scale * np.sum([term.logit for term in terms], axis=0) + 0.2)))
    told = worth_of(terms, chances, worths, tuple(scale.tolist()))

    for index in range(3):
        without = [term for n, term in enumerate(terms) if n != index]
        np.testing.assert_allclose(told[index], value(terms) - value(without), rtol=1e-9)
