/** Downloads of checkpoints: resumable, verified, extracted without leaving their directory. */
@NullMarked
package io.tinker4j.training.download;

import org.jspecify.annotations.NullMarked;
