"""Records of people, items, domains, communities, access and audit: ports (`port`, `access_port`, `audit_port`, `marks_port`) and their SQL."""
