-- CreateTable
CREATE TABLE "pictures" (
    "user_id" INTEGER NOT NULL,
    "hash" BYTEA NOT NULL,
    "media_type" VARCHAR(32) NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pictures_pkey" PRIMARY KEY ("user_id"),
    CONSTRAINT "pictures_bytes_check" CHECK (octet_length("bytes") <= 262144)
);

-- Pictures are compressed already.
ALTER TABLE "pictures" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;

-- CreateIndex
CREATE INDEX "pictures_hash_idx" ON "pictures"("hash");

-- AddForeignKey
ALTER TABLE "pictures" ADD CONSTRAINT "pictures_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
