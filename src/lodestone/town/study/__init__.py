"""What a life came to: the diary, figures, comparison of policies, charts."""
