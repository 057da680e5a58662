"""H5P: content that plays in the browser and tells what happens in statements, which we write anew."""
