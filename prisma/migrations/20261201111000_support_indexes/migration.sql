-- Apart from the columns: while an index is built nobody writes to its table, but players go on being read.

-- CreateIndex
CREATE INDEX "identities_email_idx" ON "identities"("email");

-- CreateIndex
CREATE INDEX "users_name_folded_idx" ON "users"("name_folded" COLLATE "C");
