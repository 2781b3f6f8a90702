package in.vyomo.tenancy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Where the server is, and who calls. */
@FunctionalInterface
public interface Target {
    Link connect(int timeoutMs) throws IOException, GeneralSecurityException;

    /** A server on this machine, by the path of its socket. The kernel tells it who calls. */
    static Target unix(Path path) {
        return timeoutMs -> {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                // Connecting to a server that accepts nobody would wait for ever.
                channel.configureBlocking(false);
                if (!channel.connect(UnixDomainSocketAddress.of(path))) {
                    throw new IOException("the server accepts nobody at the moment");
                }
                channel.configureBlocking(true);
            } catch (IOException refused) {
                channel.close();
                throw refused;
            }
            return new Link(
                new UnixStreams.Input(channel), Channels.newOutputStream(channel), channel);
        };
    }

    /**
     * A server over TLS 1.3. {@code ca} is a PEM file with the roots to trust; {@code cert} and
     * {@code key} are the client's own (the key in PKCS#8), or null.
     */
    static Target tls(String host, int port, Path ca, Path cert, Path key) {
        return timeoutMs -> {
            SSLContext context = context(ca, cert, key);
            Socket plain = new Socket();
            try {
                plain.connect(new InetSocketAddress(host, port), timeoutMs);
                plain.setTcpNoDelay(true);
                // Closing waits so long, and no longer, for a write that is under way.
                plain.setSoLinger(true, 1);
                SSLSocket socket = (SSLSocket) context.getSocketFactory()
                    .createSocket(plain, host, port, true);
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setProtocols(new String[] {"TLSv1.3"});
                parameters.setApplicationProtocols(new String[] {"ttrpc"});
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.setSoTimeout(timeoutMs);
                socket.startHandshake();
                socket.setSoTimeout(0);
                return new Link(socket.getInputStream(), socket.getOutputStream(), socket);
            } catch (IOException refused) {
                plain.close();
                throw refused;
            }
        };
    }

    private static SSLContext context(Path ca, Path cert, Path key)
        throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        int number = 0;
        for (Certificate root : certificates(ca)) {
            trusted.setCertificateEntry("root" + number++, root);
        }
        TrustManagerFactory trust =
            TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        KeyManagerFactory own = null;
        if (cert != null) {
            KeyStore identity = KeyStore.getInstance("PKCS12");
            identity.load(null, null);
            identity.setKeyEntry(
                "own", privateKey(key), new char[0], certificates(cert).toArray(new Certificate[0]));
            own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(identity, new char[0]);
        }
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(own == null ? null : own.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private static Collection<? extends Certificate> certificates(Path path)
        throws IOException, GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(path)));
    }

    private static PrivateKey privateKey(Path path) throws IOException, GeneralSecurityException {
        String text = Files.readString(path);
        String body = text.replaceAll("-----(BEGIN|END) PRIVATE KEY-----", "").replaceAll("\\s", "");
        PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
        GeneralSecurityException last = null;
        for (String algorithm : new String[] {"EC", "RSA", "Ed25519"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException other) {
                last = other;
            }
        }
        throw last;
    }
}
