"""What the paper's figures show, on flows small enough to know the answer."""

import math

import numpy as np
import pytest
import torch

from deepgen.capabilities import LogProb
from deepgen.data.coordinates import build_space
from deepgen.families.nice.model import build
from deepgen.papers.nice2014 import inpainting, spectrum, sphere
from deepgen.papers.nice2014.settings import Inpainting, Sphere
from deepgen.stages.study import Given

SETTINGS = {
    "prior": "gaussian",
    "couplings": [],
    "partition": "odd_even",
    "irange": 0.1,
    "scaling": True,
}
SIDE = 8
CPU = torch.device("cpu")


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def flow(deviation, **changes):
    """Independent Gaussian pixels around 0 with this deviation, in [0, 1]."""
    model = build(SETTINGS | changes, (SIDE, SIDE, 1))
    model.initialise(torch.zeros(1, SIDE * SIDE), rng())
    model.model_space = build_space({"name": "dequantised"})
    with torch.no_grad():
        model.log_scale.fill_(-math.log(deviation))
    return model.requires_grad_(False).eval()


def given(model, images=None):
    return Given(CPU, build_space({"name": "pixels"}), model, None, {"test": images})


def resolved(kind, **own):
    return kind(**own).resolved()


@pytest.mark.parametrize("channels", [1, 3])
def test_masks_hide_what_their_names_say(channels):
    def hidden(mask, n=200):
        found = inpainting.masked(mask, n, SIDE * SIDE * channels, rng())
        assert found.shape == (n, SIDE * SIDE * channels)
        images = found.view(n, SIDE, SIDE, channels)
        assert (images == images[..., :1]).all()  # a pixel's channels go together
        return images[..., 0]

    assert hidden("top rows")[0].all(1).tolist() == [True] * 4 + [False] * 4
    assert hidden("left side")[0].all(0).tolist() == [True] * 4 + [False] * 4
    assert hidden("middle vertically")[0].all(1).tolist() == [False] * 2 + [True] * 4 + [False] * 2
    assert hidden("middle horizontally")[0].any(0).tolist()[:3] == [False, False, True]
    for one, other in (
        ("top rows", "bottom rows"),
        ("odd pixels", "even pixels"),
        ("left side", "right side"),
    ):
        assert (hidden(one) ^ hidden(other)).all()
    assert hidden("odd pixels")[0, 0, :4].tolist() == [True, False, True, False]
    for share in (75, 90):
        images = hidden(f"{share} % random").float()
        assert images.mean().item() == pytest.approx(share / 100, abs=0.02)
        assert not torch.equal(images[0], images[1])


def test_schedules_have_the_released_and_the_printed_steps():
    released = list(inpainting.rates(resolved(Inpainting)))
    assert len(released) == 111_895
    assert released[0] == 10 / 101
    assert released[-1] == pytest.approx(1 / (0.1 * 69 + 10))
    assert sum(rate == 10 / 105 for rate in released) == 25
    printed = list(inpainting.rates(resolved(Inpainting, schedule="printed", steps=3)))
    assert printed == [10 / 100, 10 / 101, 10 / 102]


@pytest.mark.parametrize("schedule", ["released", "printed"])
def test_hidden_pixels_go_where_the_density_is_high_and_others_stay(schedule):
    """x <- x + rate (share gradient + noise) of a Gaussian around 0 has a known end."""
    deviation = {"released": 0.05, "printed": 0.5}[schedule]
    images = torch.full((30, SIDE * SIDE), 0.8)
    own = resolved(Inpainting, images=3, schedule=schedule, frames=30, steps=400)
    model = flow(deviation)
    found = inpainting.study(given(model, images), {"inpainting": own})["inpainting.npz"]
    assert {name: x.shape for name, x in found.items()} == dict.fromkeys(
        ("images", "start", "end"), (10, 3, SIDE * SIDE)
    )
    hide = found["start"] != found["images"]
    assert np.array_equal(found["end"][~hide], found["images"][~hide])
    assert hide[0, 0].reshape(SIDE, SIDE).all(1).tolist() == [True] * 4 + [False] * 4
    assert 0.45 < found["start"][hide].mean() < 0.55
    assert abs(found["end"][hide].mean()) < 0.05
    # The last rates are almost constant, so the spread is that of an autoregressive process
    *_, rate = inpainting.rates(own)
    pull = rate / deviation**2 / (100 if schedule == "released" else 1)
    expected = rate / math.sqrt(1 - (1 - pull) ** 2)
    assert found["end"][hide].std() == pytest.approx(expected, rel=0.1)


def test_every_step_sees_images_with_new_noise_of_dequantisation():
    images, seen = torch.full((2, SIDE * SIDE), 128 / 255), []

    class Watched(torch.nn.Module):
        model_space = build_space({"name": "dequantised"})

        def log_prob(self, y, rng):
            seen.append(256 * y.detach() - 128)
            return LogProb(y.sum(1), "exact")

    hide = torch.zeros_like(images, dtype=torch.bool)
    inpainting.ascend(images, hide, Watched(), iter([0.1] * 5), 1.0, rng())
    noise = torch.stack(seen)
    assert noise.min() > -1e-3
    assert noise.max() < 1 + 1e-3
    assert noise.mean().item() == pytest.approx(0.5, abs=0.05)
    assert noise.std(0).min() > 0.01


def test_inpainting_is_the_same_again():
    images, own = torch.full((10, SIDE * SIDE), 0.8), resolved(Inpainting, images=1, frames=3)
    runs = [
        inpainting.study(given(flow(0.1), images), {"inpainting": own})["inpainting.npz"]["end"]
        for _ in range(2)
    ]
    assert np.array_equal(*runs)


def test_a_sphere_is_one_in_the_space_of_codes():
    """Without couplings pixels are codes times the deviation."""
    own = resolved(Sphere, rows=5, columns=6)
    found = sphere.study(given(flow(0.5)), {"sphere": own})["sphere.npz"]
    pixels = found["images"].reshape(30, -1)
    codes = ((255 * pixels + 0.5) / 256) / 0.5
    norms = np.linalg.norm(codes, axis=1)
    assert found["radius"] == pytest.approx(SIDE, rel=0.02)  # 64 standard Gaussian components
    assert norms == pytest.approx(found["radius"], rel=1e-4)
    assert np.linalg.matrix_rank(codes, tol=1e-2) == 3
    opposite = codes.reshape(5, 6, -1)
    assert opposite[2, 0] == pytest.approx(-opposite[2, 3], abs=1e-4)  # on the equator
    own = resolved(Sphere, radius=2.0)
    assert sphere.study(given(flow(0.5)), {"sphere": own})["sphere.npz"]["radius"] == 2


def test_the_spectrum_is_sorted():
    model = flow(1.0)
    with torch.no_grad():
        model.log_scale[:3] = torch.tensor([-1.0, 2.0, -3.0])
    sigma = spectrum.study(given(model), {})["spectrum.npz"]["sigma"]
    assert sigma[:2] == pytest.approx([math.exp(3), math.exp(1)])
    assert sigma[-1] == pytest.approx(math.exp(-2))
    assert (np.diff(sigma) <= 0).all()
