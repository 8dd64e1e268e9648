/*
 * gzip.c
 *		Compressed bodies, good and bad.
 */
#include "simulator.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib's way to say gzip */
#define RAW_WINDOW (-15)
#define HEAD_SIZE 10
#define TAIL_SIZE 10

/* A bomb is the right body and so many times so many spaces behind it. */
#define BOMB_BLOCKS 1024
#define BOMB_BLOCK_BYTES (1024 * 1024)

static const unsigned char head_bytes[HEAD_SIZE] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};

/* The same in each bomb: a block that can be repeated, and what all of them add to the checksum. */
static Text bomb_block;
static uLong bomb_crc;

/* Ended so that anything may follow (Z_FULL_FLUSH) or not (Z_FINISH). */
static void
deflate_to(Text *out, const char *bytes, size_t length, int window, int flush)
{
	z_stream stream = {.next_in = (Bytef *) bytes, .avail_in = (uInt) length};
	char piece[16384];

	if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) !=
		Z_OK)
		abort();
	do
	{
		stream.next_out = (Bytef *) piece;
		stream.avail_out = sizeof(piece);
		deflate(&stream, flush);
		text_add(out, piece, sizeof(piece) - stream.avail_out);
	} while (stream.avail_out == 0);
	deflateEnd(&stream);
}

void
gzip_pack(Text *out, const char *bytes, size_t length)
{
	deflate_to(out, bytes, length, GZIP_WINDOW, Z_FINISH);
}

/* -------- the bomb -------- */

static void
make_block(void)
{
	char *spaces = must(malloc(BOMB_BLOCK_BYTES));
	uLong one;

	memset(spaces, ' ', BOMB_BLOCK_BYTES);
	deflate_to(&bomb_block, spaces, BOMB_BLOCK_BYTES, RAW_WINDOW, Z_FULL_FLUSH);
	one = crc32(0, (Bytef *) spaces, BOMB_BLOCK_BYTES);
	bomb_crc = crc32(0, NULL, 0);
	for (int i = 0; i < BOMB_BLOCKS; i++)
		bomb_crc = crc32_combine(bomb_crc, one, BOMB_BLOCK_BYTES);
	free(spaces);
}

static void
add_little_endian(Text *out, uint32_t number)
{
	for (int i = 0; i < 4; i++)
	{
		char byte = (char) (number >> 8 * i);

		text_add(out, &byte, 1);
	}
}

/* Begins a bomb, and writes how it will end behind that; returns the length of all of it. */
size_t
gzip_bomb(Text *head, const char *bytes, size_t length)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char last_block[] = {3, 0};
	z_off_t spaces = (z_off_t) BOMB_BLOCKS * BOMB_BLOCK_BYTES;
	uLong crc = crc32(0, (const Bytef *) bytes, (uInt) length);

	pthread_once(&once, make_block);
	text_add(head, (const char *) head_bytes, HEAD_SIZE);
	deflate_to(head, bytes, length, RAW_WINDOW, Z_FULL_FLUSH);
	text_add(head, last_block, sizeof(last_block));
	add_little_endian(head, (uint32_t) crc32_combine(crc, bomb_crc, spaces));
	add_little_endian(head, (uint32_t) (length + (size_t) spaces));
	return head->length + BOMB_BLOCKS * bomb_block.length;
}

size_t
gzip_bomb_read(const Exchange *x, size_t position, char *out, size_t size)
{
	size_t blocks = BOMB_BLOCKS * bomb_block.length;
	size_t head = x->length - blocks - TAIL_SIZE;
	size_t done;

	for (done = 0; done < size && position + done < x->length;)
	{
		size_t at = position + done;
		bool inside = at >= head && at < head + blocks;
		size_t offset = inside ? (at - head) % bomb_block.length : at < head ? at : at - blocks;
		size_t end = inside ? bomb_block.length : at < head ? head : head + TAIL_SIZE;
		size_t length = end - offset < size - done ? end - offset : size - done;

		memcpy(out + done, (inside ? bomb_block.data : x->body) + offset, length);
		done += length;
	}
	return done;
}

/* -------- without an end -------- */

/* A head, and empty blocks: it can be unpacked for ever, and nothing comes of it. */
size_t
gzip_endless_read(size_t position, char *out, size_t size)
{
	static const unsigned char empty_block[] = {0, 0, 0, 0xff, 0xff};

	for (size_t i = 0; i < size; i++, position++)
		out[i] = (char) (position < HEAD_SIZE ? head_bytes[position]
											  : empty_block[(position - HEAD_SIZE) % 5]);
	return size;
}
