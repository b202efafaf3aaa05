"""What `quartet init --from` proposes for a source: proposals.py asks each family about what sight.py sees of it."""
