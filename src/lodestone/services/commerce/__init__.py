"""Orders from placing to refund, with shops, stock, vouchers and payment providers; one commit for all that come at one moment."""
