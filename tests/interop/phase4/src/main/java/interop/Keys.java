package interop;

import com.helger.phase4.crypto.AS4CryptoFactoryInMemoryKeyStore;
import com.helger.phase4.crypto.IAS4CryptoFactory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Locale;

/** The keys of an access point as "oots keys" exports them, with those whom it believes. */
record Keys(Path folder, char[] password, IAS4CryptoFactory signing, IAS4CryptoFactory decrypting, KeyStore trust) {
    static Keys in(Path folder) throws IOException, GeneralSecurityException {
        char[] password = Files.readString(folder.resolve("password.txt")).strip().toCharArray();
        KeyStore trust = store(folder.resolve("trust.p12"), password);
        return new Keys(
                folder,
                password,
                factory(folder.resolve("sign.p12"), password, trust),
                factory(folder.resolve("decrypt.p12"), password, trust),
                trust);
    }

    /** Another key to sign with, out of the same folder. */
    IAS4CryptoFactory signingWith(String file) throws IOException, GeneralSecurityException {
        return factory(folder.resolve(file), password, trust);
    }

    /** The certificate for which messages to a party are encrypted. */
    X509Certificate recipient(String party) throws GeneralSecurityException {
        return (X509Certificate) trust.getCertificate(party.toLowerCase(Locale.ROOT) + "_rsa_encrypt");
    }

    private static IAS4CryptoFactory factory(Path file, char[] password, KeyStore trust)
            throws IOException, GeneralSecurityException {
        KeyStore keys = store(file, password);
        return new AS4CryptoFactoryInMemoryKeyStore(keys, keys.aliases().nextElement(), password, trust);
    }

    private static KeyStore store(Path file, char[] password) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
        }
        return store;
    }
}
