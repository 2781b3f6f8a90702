package in.vyomo.tenancy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** A stream over a channel: the JDK's own one holds a lock that keeps writers out while it reads. */
final class UnixStreams {
    private UnixStreams() {}

    static final class Input extends InputStream {
        private final SocketChannel channel;

        Input(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            return channel.read(ByteBuffer.wrap(bytes, offset, count));
        }
    }
}
