"""What answers on the hosts of sites: the public pages, the owner's sign-in, and a visiting admin."""
