<?php // SPDX-License-Identifier: MIT
// One test for each thing that PHPUnit can say; expected.json tells what has to arrive.
declare(strict_types=1);

use PHPUnit\Framework\TestCase;

final class CrossingTest extends TestCase
{
    public function testPasses(): void
    {
        $this->assertSame(4, 2 + 2);
    }

    public function testFails(): void
    {
        $this->fail("fare <&\"'> ]]> grüß 渡し船");
    }

    public function testThrows(): void
    {
        throw new RuntimeException("no such quay");
    }

    public function testSkips(): void
    {
        $this->markTestSkipped("no ferry on Sundays: Fähre ruht");
    }

    public function testIncomplete(): void
    {
        $this->markTestIncomplete("later");
    }

    public function testRisky(): void
    {
    }

    public function testWarns(): void
    {
        trigger_error("deprecated quay", E_USER_WARNING);
    }

    public function testAstral(): void
    {
        $this->fail("rocket 🚀 landed");
    }

    public function testControlBytes(): void
    {
        print "out: esc \x1b[31mred\x1b[0m bell \x07";
        throw new RuntimeException("esc \x1b[31mred\x1b[0m one \x01 nul \0 bell \x07 end");
    }

    public function testNoUtf8(): void
    {
        $this->fail("latin gr\xfc\xdf end");
    }

    public function testÜberfahrt(): void
    {
        $this->assertTrue(true);
    }

    /** @dataProvider quays */
    public function testBoards(int $seats): void
    {
        $this->assertGreaterThan(0, $seats);
    }

    public static function quays(): array
    {
        return ["north" => [1], "süd 🚀 <&>" => [2], "esc \x1b[31m one \x01" => [3], "nowhere" => [0]];
    }

    /** @depends testFails */
    public function testDepends(): void
    {
        $this->assertTrue(true);
    }
}
