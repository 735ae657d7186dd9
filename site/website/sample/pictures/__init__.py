"""Generated drawings for the sample county: every one says 示例, and none looks like a photograph."""

from website.sample.pictures.gallery import Gallery, Picture

__all__ = ["Gallery", "Picture"]
