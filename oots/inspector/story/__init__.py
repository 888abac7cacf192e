"""One exchange told: who took part, what happened, and what is proven."""
