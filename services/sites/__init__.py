"""WHERE: networks, sites, their pages and domains, and switching to a site."""
