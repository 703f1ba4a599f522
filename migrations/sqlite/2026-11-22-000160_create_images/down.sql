DROP TABLE image_sizes;
DROP TABLE images;
