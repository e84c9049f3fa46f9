# SPDX-License-Identifier: MIT
# Guest images.  They are made on request ("make image-linux") out of Debian packages, as an
# ordinary user, and stay in images/ of the build folder.

image_scripts = images/packages.sh images/disk.sh images/linux.sh images/grub.sh
image_linux_files = \
	images/linux/hello.txt \
	images/linux/inittab \
	images/linux/profile \
	images/linux/rc \
	images/linux/syslinux.cfg

EXTRA_DIST += $(image_scripts) $(image_linux_files)

image-linux: images/linux.img
image-grub: images/grub.img
.PHONY: image-linux image-grub

images/linux.img: images/packages.sh images/disk.sh images/linux.sh $(image_linux_files)
	$(AM_V_GEN)$(SHELL) $(srcdir)/images/linux.sh images

images/grub.img: images/packages.sh images/grub.sh
	$(AM_V_GEN)$(SHELL) $(srcdir)/images/grub.sh images

# What was downloaded goes with "make distclean" only.
CLEANFILES += images/linux.img images/linux.vmlinuz images/linux.initrd images/grub.img
distclean-local: images-distclean
images-distclean:
	rm -rf images/packages
.PHONY: images-distclean
