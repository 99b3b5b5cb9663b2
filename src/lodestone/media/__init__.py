"""Media: pictures and clips in a local folder, served as they were given; and what a picture's QR says."""

from lodestone.media.folder import MediaFolder
from lodestone.media.qr_reader import read_qr
from lodestone.media.raster import RasterPictures

__all__ = ("MediaFolder", "RasterPictures", "read_qr")
