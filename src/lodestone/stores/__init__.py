"""Where things are kept: `ports` joins the ports of all subjects, `database` puts their SQL together; see the packages for each."""
