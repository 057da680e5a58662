"""Where the web meets the house: edges, forms, problems, assets."""
