package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes the body of an answer to a file, as long as the file is not too long. Used once; may be
 * abandoned by any thread.
 */
final class BoundedFile implements HttpResponse.BodySubscriber<Boolean> {
  private final CompletableFuture<Boolean> body = new CompletableFuture<>();
  private final Path file;
  private final boolean appends;

  /** Guards: channel, count. */
  private final ReentrantLock lock = new ReentrantLock();

  private long count;
  private @Nullable FileChannel channel;
  private Flow.@Nullable Subscription subscription;

  /**
   * @param length what the file has already, behind which the body is written; 0 to write it anew
   */
  BoundedFile(Path file, long length) {
    this.file = file;
    this.appends = length > 0;
    this.count = length;
  }

  @Override
  public CompletionStage<Boolean> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    lock.lock();
    try {
      channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  appends ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING));
    } catch (IOException e) {
      stop(e);
      return;
    } finally {
      lock.unlock();
    }
    given.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    lock.lock();
    try {
      FileChannel open = channel;
      if (open == null) {
        return;
      }
      for (ByteBuffer each : buffers) {
        count += each.remaining();
        if (count > HubDownload.MAX_BYTES) {
          stop(new IOException("the file is larger than " + HubDownload.MAX_BYTES + " bytes"));
          return;
        }
        while (each.hasRemaining()) {
          open.write(each);
        }
      }
    } catch (IOException e) {
      stop(e);
    } finally {
      lock.unlock();
    }
  }

  private void stop(IOException failure) {
    if (subscription != null) {
      subscription.cancel();
    }
    onError(failure);
  }

  /** Closes the file; what still comes is not written. */
  void abandon() throws IOException {
    lock.lock();
    try {
      if (channel != null) {
        channel.close();
        channel = null;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void onError(Throwable failure) {
    try {
      abandon();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    try {
      abandon();
      body.complete(true);
    } catch (IOException e) {
      body.completeExceptionally(e);
    }
  }
}
