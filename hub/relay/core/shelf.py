"""The variants of one slot, and what feeds which: the layers that a source sends now."""

from typing import Final

from hub.relay.core.common import Common
from hub.relay.core.seeds import seeds
from hub.relay.core.specs import PICTURE_SLOTS, Layer, Rung, SlotName
from hub.relay.core.track import Track
from hub.relay.core.variant import Variant

_RUNG_OF: Final = {Layer.HIGH: Rung.HIGH, Layer.LOW: Rung.LOW}
_LAYER_OF: Final = {Rung.HIGH: Layer.HIGH, Rung.LOW: Layer.LOW}
ONE_LAYER: Final = frozenset({Layer.HIGH})
_FEW_SHARE: Final = 0.5
"""Of a layer's rate is its lowest temporal layer, about."""
_MEASURING: Final = 2.0
"""Seconds before the rate of few frames can be told."""


class Shelf:
    """A picture has three variants, a voice one. `layers` are those of the present source."""

    def __init__(self, stage: str, slot: SlotName, common: Common) -> None:
        self.is_picture = slot in PICTURE_SLOTS
        rungs = (Rung.HIGH, Rung.LOW, Rung.FEW) if self.is_picture else (Rung.HIGH,)
        self.variants: dict[Rung, Variant] = {
            rung: Variant(stage, slot, rung, seeds(common.seed, stage, slot, rung), common) for rung in rungs
        }
        self.layers = ONE_LAYER
        self._few_layer = Layer.HIGH

    def arrange(self, layers: frozenset[Layer], *, details: bool) -> bool:
        """Take the layers there are. True when few frames are taken from another one than before: from the
        low one, but from the high one where the content is about details."""
        self.layers = layers or ONE_LAYER
        wanted, other = (Layer.HIGH, Layer.LOW) if details else (Layer.LOW, Layer.HIGH)
        before, self._few_layer = self._few_layer, wanted if wanted in self.layers else other
        return self.is_picture and before is not self._few_layer

    def variant_for(self, aim: Rung) -> Variant | None:
        """What comes nearest to it among what the source sends; None for nothing at all."""
        if not self.is_picture:
            return self.variants[Rung.HIGH]
        if aim in _LAYER_OF:
            wanted, other = (Layer.HIGH, Layer.LOW) if aim is Rung.HIGH else (Layer.LOW, Layer.HIGH)
            return self.variants[_RUNG_OF[wanted if wanted in self.layers else other]]
        return self.variants.get(aim)

    def layer_of(self, variant: Variant) -> Layer:
        """What feeds that variant, or will."""
        return self._few_layer if variant.rung is Rung.FEW else _LAYER_OF[variant.rung]

    def fed_by(self, layer: Layer) -> tuple[Variant, ...]:
        """The variants that a packet of that layer goes into: few frames only while somebody wants them."""
        variant = self.variants[_RUNG_OF[layer]]
        if layer is not self._few_layer or not self.is_picture:
            return (variant,)
        few = self.variants[Rung.FEW]
        return (variant, few) if few.is_wanted else (variant,)

    def takes(self, variant: Variant, track: Track) -> bool:
        """All variants of a slot are of one codec: that of its high layer, where there is one."""
        high = self.variants[Rung.HIGH]
        return variant is high or high.track is None or high.track.codec is track.codec

    def rates(self, now: float) -> dict[Rung, float]:
        """Bits per second of every rung there is. Few frames that nobody is sent are guessed from what they
        are taken from."""
        rates = {
            _RUNG_OF[layer]: self.variants[_RUNG_OF[layer]].meter.rate(now) for layer in sorted(self.layers)
        }
        few = self.variants[Rung.FEW]
        measured = few.is_sent and now - few.group_at >= _MEASURING
        guess = _FEW_SHARE * rates.get(_RUNG_OF[self._few_layer], 0.0)
        return {**rates, Rung.FEW: few.meter.rate(now) if measured else guess}

    def is_best(self, rung: Rung) -> bool:
        """Whether the source has nothing better."""
        return rung is Rung.HIGH or (rung is Rung.LOW and Layer.HIGH not in self.layers)
