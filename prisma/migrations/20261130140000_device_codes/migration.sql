-- Devices that ask to be signed in by a code (RFC 8628). It only adds.

-- CreateTable
CREATE TABLE "device_codes" (
    "device_hash" BYTEA NOT NULL,
    "user_hash" BYTEA NOT NULL,
    "client_id" VARCHAR(64) NOT NULL,
    "scope" TEXT,
    "device" VARCHAR(64),
    "ip" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "interval" INTEGER NOT NULL DEFAULT 5,
    "polled_at" TIMESTAMPTZ(3),
    "decided_at" TIMESTAMPTZ(3),
    "provider" VARCHAR(64),
    "subject" TEXT,
    "email" TEXT,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "name" TEXT,
    "picture" TEXT,
    "session_id" UUID,
    "redeemed_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_codes_pkey" PRIMARY KEY ("device_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "device_codes_user_hash_key" ON "device_codes"("user_hash");

-- CreateIndex
CREATE INDEX "device_codes_created_at_idx" ON "device_codes"("created_at");
