"""Which companies the stories of an issue name: what was found is confirmed or refused here, story by story."""
