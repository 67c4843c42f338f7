"""What a workspace's own history tells: when exports arrive, how large they are, how runs go."""
