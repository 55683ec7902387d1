/**
 * Adapters merged into the weights of their base model, tensor by tensor. Start reading at {@link
 * io.tinker4j.cli.merge.AdapterMerge}. Knows nothing of servers.
 */
@NullMarked
package io.tinker4j.cli.merge;

import org.jspecify.annotations.NullMarked;
