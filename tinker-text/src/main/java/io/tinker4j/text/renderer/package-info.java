/**
 * Conversations to tokens and weights, and a model's tokens back to a message. Start reading at
 * {@link io.tinker4j.text.renderer.Renderers}. Depends on chats and tokenizers.
 */
@NullMarked
package io.tinker4j.text.renderer;

import org.jspecify.annotations.NullMarked;
