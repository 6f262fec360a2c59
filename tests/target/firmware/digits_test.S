# SPDX-License-Identifier: Apache-2.0
# The test set of the digits: 360 images of 64 bytes, labels, the float network's answers, scores of 10 bytes.
  .section .rodata
  .global digits_test
digits_test: .incbin "digits_test.bin"
