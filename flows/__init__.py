"""niaga: from a company's exports to marts that it can pay people from and decide with."""
