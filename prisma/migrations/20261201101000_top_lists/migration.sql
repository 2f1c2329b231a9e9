-- The top lists, which would read and sort all players without an index. Neither column is one that a sign-in, a refresh,
-- a rename or a picture changes. Building one keeps writers of `users` waiting, a second or two for a million players.

-- CreateIndex
CREATE INDEX "users_stars_id_idx" ON "users"("stars", "id");

-- CreateIndex
CREATE INDEX "users_level_id_idx" ON "users"("level", "id");
