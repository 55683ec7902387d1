/**
 * Training data from files of chats. Start reading at {@link io.tinker4j.text.data.ChatData}.
 * Depends on {@code renderer} and {@code chat}, and on {@code io.tinker4j.recovery} for the form in
 * which a run reads its batches.
 */
@NullMarked
package io.tinker4j.text.data;

import org.jspecify.annotations.NullMarked;
