/**
 * Conversations: messages, their parts, calls of tools. Start reading at {@link
 * io.tinker4j.text.chat.Message}. Knows nothing of tokens.
 */
@NullMarked
package io.tinker4j.text.chat;

import org.jspecify.annotations.NullMarked;
