"""Pictures as a phone sends them."""

import io

from PIL import ExifTags, Image


def jpeg(*, taken: str = "2026:05:20 10:00:00", size: tuple[int, int] = (1200, 800)) -> io.BytesIO:
    """A JPEG with the day and the place where it was taken."""
    picture = Image.new("RGB", size, "#7a8c5d")
    exif = picture.getexif()
    exif[ExifTags.Base.DateTime] = taken
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (31.0, 12.0, 3.0)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    buffer.seek(0)
    return buffer
