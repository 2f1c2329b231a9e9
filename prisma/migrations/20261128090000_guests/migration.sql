-- Both only add. The default is a constant, so that no row is written.

-- AlterTable
ALTER TABLE "users" ADD COLUMN     "providers" TEXT[] NOT NULL DEFAULT ARRAY['google']::TEXT[];

-- CreateIndex
CREATE INDEX "identities_provider_last_used_at_idx" ON "identities"("provider", "last_used_at");
