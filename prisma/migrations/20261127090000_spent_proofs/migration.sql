-- AlterTable
ALTER TABLE "login_codes" ADD COLUMN     "session_id" UUID;

-- CreateTable
CREATE TABLE "spent_proofs" (
    "hash" BYTEA NOT NULL,
    "session_id" UUID,
    "spent_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "spent_proofs_pkey" PRIMARY KEY ("hash")
);

-- CreateIndex
CREATE INDEX "spent_proofs_expires_at_idx" ON "spent_proofs"("expires_at");
