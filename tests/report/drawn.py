"""What a figure shows: each text with the place that it takes."""

import functools
import itertools
import math


@functools.cache
def _recorder():
    """The class of what draws, and keeps the corners of each text."""
    from matplotlib.backends.backend_agg import RendererAgg  # not in all processes of the tests

    class Recorder(RendererAgg):
        def __init__(self, *size):
            super().__init__(*size)
            self.texts = []

        def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            width, height, descent = self.get_text_width_height_descent(s, prop, ismath)
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            corners = [(0, -descent), (width, -descent), (width, height - descent), (0, height - descent)]
            # the y axis of the renderer points down
            self.texts.append((s, [(x + a * cos - b * sin, y - a * sin - b * cos) for a, b in corners]))

    return Recorder


def drawn_texts(figure):
    """Each text that is drawn, with its four corners, and the size of the picture."""
    figure.set_dpi(100)
    size = [round(100 * inches) for inches in figure.get_size_inches()]
    renderer = _recorder()(*size, 100)
    figure.draw(renderer)
    return renderer.texts, size


def overlaps(figure):
    """The pairs of texts that cover each other, and the texts that leave the picture."""
    texts, (width, height) = drawn_texts(figure)
    pairs = [(a, b) for (a, one), (b, other) in itertools.combinations(texts, 2) if _meet(one, other)]
    out = [s for s, corners in texts if any(not (-2 <= x <= width + 2 and -2 <= y <= height + 2) for x, y in corners)]
    return pairs + out


def _meet(one, other):
    """Whether two rectangles share more than a pixel: no side of one of them separates them."""
    for corners in (one, other):
        for (ax, ay), (bx, by) in itertools.pairwise(corners[:3]):
            length = math.hypot(bx - ax, by - ay) or 1.0
            nx, ny = (bx - ax) / length, (by - ay) / length
            mine, yours = ([x * nx + y * ny for x, y in each] for each in (one, other))
            if max(mine) - 1 <= min(yours) or max(yours) - 1 <= min(mine):
                return False
    return True
