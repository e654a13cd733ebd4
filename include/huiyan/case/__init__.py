"""Cases: alerts that gather several hits, and what is handed over when one becomes a lead."""
