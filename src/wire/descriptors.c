/*
 * descriptors.c
 *	  Descriptors that PostgreSQL did not open, counted among its own.
 *
 * libcurl closes some of its sockets without saying so (7.88: those that were still connecting), so what was
 * counted is looked at again before more is: a number that is closed, or something else by now, is given back.
 */
#include "postgres.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"
#include "storage/fd.h"

/* What else a backend opens in PostgreSQL's own name: wait event sets, pipes of a resolver, shared memory. */
#define SPARED 16
/* More are not asked for: see sg_descriptor_most. */
#define MOST 512

typedef struct Counted
{
	int fd;
	ino_t inode;
} Counted;

static Counted counted[MOST];
static int count = 0;

int
sg_descriptor_most(void)
{
	/* all extensions together are lent a third of what is safe */
	return Max(1, Min(MOST, max_safe_fds / 3 - SPARED));
}

static void
give_back(int i)
{
	counted[i] = counted[--count];
	ReleaseExternalFD();
}

/* Gives back what is not there any more; what shares a number with a new one is not there either. */
static void
look_again(int new_fd)
{
	struct stat now;

	for (int i = count - 1; i >= 0; i--)
		if (counted[i].fd == new_fd || fstat(counted[i].fd, &now) != 0 ||
			now.st_ino != counted[i].inode)
			give_back(i);
}

int
sg_descriptor_count(int fd)
{
	struct stat now;

	if (fd < 0)
		return -1;
	look_again(fd);
	if (count >= sg_descriptor_most() || fstat(fd, &now) != 0 || !AcquireExternalFD())
	{
		close(fd);
		errno = EMFILE;
		return -1;
	}
	counted[count++] = (Counted){fd, now.st_ino};
	return fd;
}

void
sg_descriptor_shut(int fd)
{
	struct stat now;

	for (int i = 0; i < count; i++)
		/* the number may be something else's by now */
		if (counted[i].fd == fd && fstat(fd, &now) == 0 && now.st_ino == counted[i].inode)
			(void) shutdown(fd, SHUT_RDWR);
}

int
sg_descriptor_close(int fd)
{
	for (int i = 0; i < count; i++)
		if (counted[i].fd == fd)
		{
			give_back(i);
			break;
		}
	return close(fd);
}
