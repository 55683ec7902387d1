/**
 * The Jinja that chat templates are written in, evaluated over plain data. Start reading at {@link
 * io.tinker4j.text.jinja.JinjaTemplate}. Not exported; knows nothing of chats, depends on the JDK
 * only.
 */
@NullMarked
package io.tinker4j.text.jinja;

import org.jspecify.annotations.NullMarked;
